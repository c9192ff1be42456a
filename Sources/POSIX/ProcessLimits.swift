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

    /// The processors this process may run on; at least 1.
    package static var processorCount: Int { Int(clinux_processor_count()) }
}
