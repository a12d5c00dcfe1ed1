"""The vocabulary: tables, policy, settings, references and errors. Imports nothing of the project."""
