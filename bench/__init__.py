"""Measurements as ratios to a bare floor, taken side by side; see `bench.harness`."""
