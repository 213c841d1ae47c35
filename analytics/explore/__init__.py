"""Exploring without code: the address of a page says which analysis is asked for, and the same address asks for the same one."""
