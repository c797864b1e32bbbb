"""Open data: one module for each provider, and what they share."""
