import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct ProcessLimitsTests {
    @Test func `the hard limit of descriptors is the shell's, and asking changes nothing`() throws {
        let child = try ChildProcess("/bin/bash", ["-c", "ulimit -H -n"])
        #expect(try child.waitForExit() == .code(0))
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        let limit = try ProcessLimits.hardDescriptorLimit()
        #expect(child.output == "\(limit)\n")
        var after = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &after)
        #expect(before.rlim_cur == after.rlim_cur)
    }

    @Test func `the longest queue of a listener is read, where the kernel tells it`() throws {
        let path = "/proc/sys/net/core/somaxconn"
        let child = try ChildProcess("/bin/cat", [path])
        let isTold = try child.waitForExit() == .code(0)
        #expect(ProcessLimits.backlogMax().map { "\($0)\n" } == (isTold ? child.output : nil))
    }
}
