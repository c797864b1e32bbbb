"""From what the catalogue says to what Discord shows: layouts of Components V2. Nothing here waits or reads."""
