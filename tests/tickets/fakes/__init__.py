"""Fakes of trackers: what their documentation and their running releases say, in a few lines."""
