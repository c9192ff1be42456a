internal import Glibc
internal import POSIX

/// A file system of a test's own, which needs root.
package final class TestDisk {
    package enum Kind: String, CaseIterable {
        /// In memory, so many KiB.
        case tmpfs
        /// In a file.
        case ext4
    }

    package static let hasMemoryDisks = isPossible(.tmpfs)
    package static let hasFileDisks = isPossible(.ext4)

    /// Where it is mounted.
    package let path: String
    private let directory: TemporaryDirectory

    package init(_ kind: Kind, kibibytes: Int) throws {
        directory = try TemporaryDirectory()
        path = directory.path(of: "mount")
        try Directories.create(path)
        switch kind {
        case .tmpfs:
            try run(
                "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", path])
        case .ext4:
            let image = directory.path(of: "image")
            try run("/usr/bin/truncate", ["-s", "\(kibibytes)K", image])
            try run("/usr/sbin/mkfs.ext4", ["-q", "-m", "0", image])
            try run("/usr/bin/mount", ["-o", "loop", image, path])
        }
    }

    deinit {
        // A disk that is in use yet goes when it is not any more.
        try? run("/usr/bin/umount", ["-l", path])
    }

    package func path(of name: String) -> String { "\(path)/\(name)" }

    package func remount(_ option: String) throws {
        try run("/usr/bin/mount", ["-o", "remount,\(option)", path])
    }

    /// Lets every write wait until `thaw`.
    package func freeze() throws { try run("/usr/sbin/fsfreeze", ["-f", path]) }

    package func thaw() throws { try run("/usr/sbin/fsfreeze", ["-u", path]) }

    /// Makes a file unwritable, also for processes that have it open already; or writable again.
    package func set(immutable: Bool, _ file: String) throws {
        try run("/usr/bin/chattr", [immutable ? "+i" : "-i", file])
    }

    private static func isPossible(_ kind: Kind) -> Bool {
        guard geteuid() == 0 else { return false }
        // A container may have root and no mounts.
        return (try? TestDisk(kind, kibibytes: 4_096)) != nil
    }
}

private func run(_ program: String, _ arguments: [String]) throws {
    let child = try ChildProcess(
        program, arguments, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    guard try child.waitForExit() == .code(0) else { throw NeverHappened(what: child.errors) }
}
