"""What goes wrong around a round: it is killed, the disk is full, the database is gone."""
