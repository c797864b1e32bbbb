"""Seed files: reading, applying, and the project's own."""
