"""Tests of tickets, and the fakes of trackers that they are held against."""
