"""What `make bench` runs: the sweep beside its peers, its memory, and the start of the command."""
