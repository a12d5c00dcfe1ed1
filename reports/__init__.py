"""Frames in, documents out."""
