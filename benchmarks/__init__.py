"""Commands that measure, and the pages rendered from what they measured."""
