import Configuration
import OpenSSL
import POSIX
import Service
import ServiceTestSupport
import Telemetry
import TestSupport

/// How a test reaches churnd: as a service in its own process, or as the program that users start.
/// All keep one contract.
enum Door: CaseIterable, Sendable { case service, program, programOverTLS }

/// A churnd behind either door, with the operations listener and the store that the flags name.
final class ContractServer {
    let port: UInt16
    private let process: ChurndProcess?
    private let service: Service?
    private let tls: TLSContext?

    /// - Parameters:
    ///   - flags: by the names of their keys.
    ///   - redisPort: waits until Redis is reached; nil: the store is in memory.
    init(_ door: Door, redisPort: UInt16? = nil, _ flags: [String: String] = [:]) throws {
        switch door {
        case .program, .programOverTLS:
            let authority = try TestAuthority.shared.get()
            let isEncrypted = door == .programOverTLS
            tls = isEncrypted ? try authority.clientContext() : nil
            let started = try ChurndProcess(
                redisPort: redisPort,
                isEncrypted ? flags.merging(try authority.serverFlags()) { $1 } : flags)
            (process, service, port) = (started, nil, started.port)
        case .service:
            let settings = ChurndProcess.settings(redisPort: redisPort, flags)
            let configuration = try ServiceConfiguration.testing(
                settings.map { "--\($0)=\($1)" }, environment: ["JWT_SECRET": ChurndProcess.secret])
            let started = try Service.start(configuration, sink: LogSink { _ in })
            (process, service, port, tls) = (nil, started, started.port, nil)
        }
        guard redisPort != nil else { return }
        try eventually("Redis is reached") {
            try client().exchange(.get("/health")).status == 200
        }
    }

    deinit {
        // The second call ends the drain: a client of the test may still be connected.
        let now = Clock.monotonicNanoseconds()
        service?.beginDraining(now: now)
        service?.beginDraining(now: now + Service.repeatNanoseconds)
        service?.waitUntilEnded()
    }

    /// A new connection.
    func client() throws -> ClientSocket {
        let client = try ClientSocket(port: port)
        if let tls { try client.startTLS(tls) }
        return client
    }
}
