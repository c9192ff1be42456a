import Configuration
import Doctor
import POSIX
import Service
import ServiceTestSupport
import TestSupport
import Testing

@Suite struct HealthProbeTests {
    private let secret = ["JWT_SECRET": ChurndProcess.secret]

    private func passes(
        _ flags: [String], _ question: HealthQuestion = .health
    ) throws -> Bool {
        try HealthProbe.passes(.testing(flags), question)
    }

    @Test func `a churnd that is well passes, under each address that it listens on`() throws {
        let configuration = try ServiceConfiguration.testing(
            ["--http.host=0.0.0.0", "--http.port=0", "--store=memory"], environment: secret)
        let service = try Service.start(configuration, sink: CapturedLog().sink)
        for host in ["0.0.0.0", "127.0.0.1", "localhost"] {
            for question in HealthQuestion.allCases {
                #expect(
                    try passes(["--http.host=\(host)", "--http.port=\(service.port)"], question))
            }
        }
        service.beginDraining()
        service.waitUntilEnded()
        for question in HealthQuestion.allCases {
            #expect(try !passes(["--http.port=\(service.port)"], question))
        }
    }

    @Test func `a churnd without its Redis fails, and lives`() throws {
        let configuration = try ServiceConfiguration.testing(
            ["--http.port=0", "--redis.url=redis://127.0.0.1:\(FreePort.find())"],
            environment: secret)
        let service = try Service.start(configuration, sink: CapturedLog().sink)
        for (question, expected) in [
            (HealthQuestion.health, false), (.ready, false), (.live, true),
        ] {
            #expect(try passes(["--http.port=\(service.port)"], question) == expected)
        }
        service.beginDraining()
        service.waitUntilEnded()
    }

    @Test func `a port that nobody listens on fails`() throws {
        #expect(try !passes(["--http.port=\(FreePort.find())"]))
        #expect(try !passes(["--http.port=0"]))
    }

    @Test func `a configuration that is wrong is an error, not bad health`() {
        #expect(throws: ConfigurationError.self) { try passes(["--http.port=x"]) }
    }
}
