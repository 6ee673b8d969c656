"""What each family of servers asks for: a folder a family."""
