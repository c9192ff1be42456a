package import Configuration
internal import POSIX

/// Whether the kernel gives as many descriptors as `http.connections` needs.
package enum DescriptorCheck {
    static func examine(_ configuration: ServiceConfiguration) -> DoctorFinding {
        do throws(SystemError) {
            return finding(
                hardLimit: try ProcessLimits.hardDescriptorLimit(),
                connectionsMax: configuration.http.connectionsMax,
                reserve: DescriptorReserve(configuration))
        } catch {
            return DoctorFinding(.warning, "descriptors", "\(error)")
        }
    }

    package static func finding(
        hardLimit: UInt64, connectionsMax: Int, reserve: DescriptorReserve
    ) -> DoctorFinding {
        let text =
            "the hard limit here is \(hardLimit), expected \(connectionsMax + reserve.count): "
            + "\(connectionsMax) for connections, \(reserve.count) for churnd itself"
        switch reserve.connections(ofWanted: connectionsMax, descriptorLimit: hardLimit) {
        case connectionsMax: return DoctorFinding(.good, "descriptors", text)
        case nil: return DoctorFinding(.failure, "descriptors", "\(text); none is left for one")
        case let count?:
            return DoctorFinding(
                .warning, "descriptors", "\(text); at most \(count) connections would be open")
        }
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
                + (isLow ? ", expected \(wanted): bursts of connections may be refused" : ""))
    }
}
