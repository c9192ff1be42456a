internal import POSIX

/// Whether the kernel gives as many descriptors as `http.connections` needs.
package enum DescriptorCheck {
    /// Beside the clients: operators, listeners, epoll, mailboxes, Redis, logs, files being read.
    package static let reserve: UInt64 = 128

    static func examine(connectionsMax: Int) -> DoctorFinding {
        do throws(SystemError) {
            return finding(
                hardLimit: try ProcessLimits.hardDescriptorLimit(), connectionsMax: connectionsMax)
        } catch {
            return DoctorFinding(.warning, "descriptors", "\(error)")
        }
    }

    package static func finding(hardLimit: UInt64, connectionsMax: Int) -> DoctorFinding {
        let wanted = UInt64(connectionsMax) + reserve
        return DoctorFinding(
            hardLimit < wanted ? .warning : .good, "descriptors",
            "the hard limit here is \(hardLimit), wanted \(wanted) for \(connectionsMax) "
                + "connections")
    }
}

/// Whether the kernel keeps as many connections between two turns as churnd asks for.
package enum BacklogCheck {
    /// What churnd's listeners ask for.
    package static let wanted = Int(ListeningAddress.backlog)

    /// Nil where the kernel does not say.
    static func examine() -> DoctorFinding? {
        ProcessLimits.backlogMax().map { finding(backlogMax: $0) }
    }

    package static func finding(backlogMax: Int) -> DoctorFinding {
        let isLow = backlogMax < wanted
        return DoctorFinding(
            isLow ? .warning : .good, "accept queue",
            "net.core.somaxconn is \(backlogMax)"
                + (isLow ? ", wanted \(wanted): bursts of connections may be refused" : ""))
    }
}
