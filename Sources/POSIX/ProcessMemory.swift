internal import CLinux
internal import Glibc

/// Whether what this process has in memory may leave it.
package enum ProcessMemory {
    /// Forbids core dumps, and makes root the owner of this process' files in /proc, so that
    /// neither its user's other processes nor their debuggers may inspect it (PR_SET_DUMPABLE of
    /// prctl(2), proc(5)). The process can still read its own /proc.
    package static func seal() throws(SystemError) {
        guard clinux_set_dumpable(0) == 0 else { throw .last("prctl") }
    }

    /// Undoes `seal`.
    package static func unseal() throws(SystemError) {
        guard clinux_set_dumpable(1) == 0 else { throw .last("prctl") }
    }

    /// Also where the kernel hands dumps to a program, and for what may be started from here: no
    /// file of a core dump, for good.
    package static func forbidCoreFiles() throws(SystemError) {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        let kind = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        guard unsafe setrlimit(kind, &limit) == 0 else { throw .last("setrlimit") }
    }
}
