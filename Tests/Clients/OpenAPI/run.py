#!/usr/bin/env python3
"""Starts the churnd of PATH and has other programs use what it says of its interface: see document.py and page.py."""
import document
import page

document.run()
page.run()
