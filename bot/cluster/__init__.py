"""Several processes over one database: which of them serves which shards, who leads, and how fast each may send."""
