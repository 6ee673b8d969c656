"""Real servers, started on loopback, that judge the scanner's verdicts."""
