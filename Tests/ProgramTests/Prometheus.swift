import JSON
import POSIX
import TestSupport

/// A Prometheus of Debian's package `prometheus` that scrapes one target, in a directory of its
/// own.
final class Prometheus {
    private let directory: TemporaryDirectory
    private let child: ChildProcess
    private let port: UInt16

    /// Starts it, and waits until it answers.
    init(scraping target: String) throws {
        directory = try TemporaryDirectory()
        let configuration = directory.path(of: "prometheus.yml")
        try Files.writeAtomically(
            """
            global:
              scrape_interval: 200ms
              scrape_timeout: 200ms
            scrape_configs:
              - job_name: churnd
                static_configs:
                  - targets: ["\(target)"]

            """.utf8.span, to: configuration)
        port = try FreePort.find()
        child = try ChildProcess(
            "/usr/bin/prometheus",
            [
                "--config.file=\(configuration)",
                "--storage.tsdb.path=\(directory.path(of: "data"))",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
            ])
        try eventually("Prometheus is ready", within: 30) {
            if let ended = child.ended {
                throw NeverHappened(what: "a start of Prometheus: \(ended) \(child.errors)")
            }
            guard let client = try? ClientSocket(port: port) else { return false }
            return (try? client.exchange(.get("/-/ready")))?.status == 200
        }
    }

    /// What it wrote to its log: warnings and errors.
    var log: String { child.errors }

    /// The value of an expression that comes to one sample at most; nil for none.
    ///
    /// - Parameter expression: with nothing in it that a URL would have to escape.
    func value(_ expression: String) throws -> Double? {
        let answer = try ClientSocket(port: port).exchange(
            .get("/api/v1/query?query=\(expression)"))
        guard answer.status == 200, answer.member("status")?.asString == "success" else {
            throw NeverHappened(what: "an answer to \(expression): \(answer.text)")
        }
        let result = answer.member("data")?.asObject?["result"]?.asArray ?? []
        return result.first?.asObject?["value"]?.asArray?.last?.asString.flatMap { Double($0) }
    }
}
