"""Context managers that each run one real server on loopback, a file a family; see ../README.md."""
