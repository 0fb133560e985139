"""Objectives of ADBench and GradBench, written once against TensorFlow's API.

Every function that computes takes the library as its first argument `tf`, so the same text runs
under tapegrad and under TensorFlow. Everything is float64.
"""
