"""Compiled passes over tensors on a CPU.

Each function here has a twin written in torch operations where it is used, which serves other devices and
other precisions. Tensors are float32, or bfloat16 with every sum and every exponential in float32. numba is
imported when a kernel is first needed.
"""
