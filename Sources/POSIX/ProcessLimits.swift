internal import CLinux
internal import Glibc

/// What the kernel allows this process.
package enum ProcessLimits {
    /// Raises the soft limit of open descriptors to the hard one and returns it.
    package static func raiseDescriptorLimit() throws(SystemError) -> UInt64 {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(kind, &limit) == 0 else { throw .last("getrlimit") }
        limit.rlim_cur = limit.rlim_max
        guard unsafe setrlimit(kind, &limit) == 0 else { throw .last("setrlimit") }
        return UInt64(limit.rlim_cur)
    }

    /// How many descriptors this process may come to have open, once it raises its soft limit.
    package static func hardDescriptorLimit() throws(SystemError) -> UInt64 {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(kind, &limit) == 0 else { throw .last("getrlimit") }
        return UInt64(limit.rlim_max)
    }

    /// The most connections that the kernel keeps for a listener between two calls of accept,
    /// whatever the listener asks for (net.core.somaxconn of listen(2)); nil where it does not say.
    package static func backlogMax() -> Int? {
        // proc(5): such a file returns its content to one read from its beginning only.
        var block = [UInt8](repeating: 0, count: 64)
        // A container may hide it, and then there is nothing to be said.
        guard let reader = try? FileReader(path: "/proc/sys/net/core/somaxconn"),
            let count = try? reader.read(into: &block)
        else { return nil }
        let digits = block.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    /// The processors this process may run on; at least 1.
    package static var processorCount: Int { Int(clinux_processor_count()) }
}

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
