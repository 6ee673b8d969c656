"""Tests of rounds that several processes walk."""
