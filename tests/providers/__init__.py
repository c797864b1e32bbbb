"""Tests of the providers of open data."""
