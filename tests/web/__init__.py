"""Health and metrics, asked for over HTTP."""
