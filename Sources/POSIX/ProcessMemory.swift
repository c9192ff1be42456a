internal import CLinux
internal import Glibc

/// Whether what this process has in memory may leave it.
package enum ProcessMemory {
    /// Forbids core dumps, and makes root the owner of what /proc tells of this process, so that
    /// neither its user's other processes nor a debugger of theirs may look into it
    /// (PR_SET_DUMPABLE of prctl(2), proc(5)). The process reads its own /proc all the same.
    package static func seal() throws(SystemError) {
        guard clinux_set_dumpable(0) == 0 else { throw .last("prctl") }
    }

    /// Takes `seal` back.
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
