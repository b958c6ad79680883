"""Errors that a user can mend, and warnings; each is one line: the thing, its value and what is accepted."""

from __future__ import annotations


class RGRLError(Exception):
    """Base of every error this package raises on purpose; the command exits with code 2 on it."""


class ConfigError(RGRLError, ValueError):
    """A setting, preset key or command option that is unknown or out of range."""


class UnknownArgumentError(ConfigError, TypeError):
    """An argument that a constructor does not have; Python's ``TypeError`` as well."""


class DataError(RGRLError, ValueError):
    """Input data that cannot be used: wrong shape, not finite, altered, unreadable."""


class UnsafeDataError(DataError):
    """A file from outside that asks for more than plain data, such as a pickle that names code."""


class DataUnavailableError(RGRLError, OSError):
    """A dataset that is not on disk and could not be fetched."""


class DivergedError(RGRLError, ArithmeticError):
    """A training whose loss or embedding is no longer finite."""


class OutputError(RGRLError, OSError):
    """A result that cannot be written where it was asked to go."""


class MissingExtraError(RGRLError, ImportError):
    """An optional package that is not installed; the message holds the line that installs it."""


class InstallationError(RGRLError):
    """An installation in which something that every command needs is missing or broken."""


class RunsFailedError(RGRLError):
    """Some of many runs that failed while the others were done; the message names each with its reason."""


class RGRLWarning(UserWarning):
    """Base of the warnings about a user's data, which Python's filters show, hide or turn into errors."""


class UnusedWeightsWarning(RGRLWarning):
    """A graph has edge weights other than 0 and 1, and they are not used."""


class OneWayEdgesWarning(RGRLWarning):
    """No edge of a graph has its reverse, as in a list that names each undirected edge once."""
