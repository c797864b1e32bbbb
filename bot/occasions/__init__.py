"""What a server's own people put into its schedule: what they say of it, and when it repeats. Pure."""
