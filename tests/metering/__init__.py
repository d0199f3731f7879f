"""Tests of the calculations on readings."""
