"""The machine, the settings, the workspace or another part of the program is not as it must be."""

from core.errors.base import AppError


class ConfigurationError(AppError):
    """A setting, a file or the machine is not as Wireroom needs it."""

    code = "configuration"
    default_title = "The settings cannot be used"


class SystemLibraryMissing(ConfigurationError):
    """A library of the operating system is absent; the hint holds the command that installs it."""

    code = "system_library_missing"
    default_title = "A system library is missing"


class PortInUse(ConfigurationError):
    """The requested port is taken by another program."""

    code = "port_in_use"
    default_title = "This port is in use"


class WorkspaceError(ConfigurationError):
    """The workspace folder cannot be used by this process."""

    code = "workspace"
    default_title = "This workspace cannot be opened"


class WorkspaceCopied(WorkspaceError):
    """The workspace was copied, moved or restored: sending from it could send twice."""

    code = "workspace_copied"
    default_title = "This workspace is a copy or was restored"


class WorkspaceBusy(WorkspaceError):
    """Another process does this for the workspace already."""

    code = "workspace_busy"
    default_title = "This workspace is already open"


class WorkspaceKindMismatch(WorkspaceError):
    """An account of the sandbox in a live workspace, or the other way round."""

    code = "workspace_kind"
    default_title = "Sandbox and live accounts do not mix"


class WorkerNotRunning(AppError):
    """What was asked for needs a live session, and only a worker has those."""

    code = "worker_not_running"
    default_title = "No worker runs"
    default_message = "Only a worker is online with Telegram, so nobody could do this. Nothing was changed."
    default_hint = "Start the worker, then try again."


class RequestFailed(AppError):
    """A worker was asked for something and could not do it, or could not say whether it did."""

    code = "request_failed"
    default_title = "The worker could not do this"


class ServiceStuck(AppError):
    """A part of the program did not start, or did not stop, in the time it has."""

    code = "service_stuck"
    default_title = "A part of Wireroom does not answer"
    default_hint = "Start Wireroom again; what was acknowledged is saved."
