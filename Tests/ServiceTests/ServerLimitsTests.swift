import Configuration
import HTTP
import HTTPServer
import Service
import ServiceTestSupport
import TestSupport
import Testing

@Suite struct ServerLimitsTests {
    private func limits(_ flags: [String]) throws -> ServerLimits {
        let configuration = try ServiceConfiguration.testing(
            flags, environment: ["JWT_SECRET": ChurndProcess.secret, "REDIS_URL": "redis://h"])
        return ServerLimits(configuration.http)
    }

    @Test func `without configuration the limits are the contract's`() throws {
        let limits = try limits([])
        #expect(limits.http == .contract)
        #expect(limits.connectionsMax == 10_000)
        #expect(limits.headTimeout == 10_000_000_000)
        #expect(limits.bodyTimeout == 10_000_000_000)
        #expect(limits.idleTimeout == 130_000_000_000)
        #expect(limits.writeTimeout == 10_000_000_000)
        #expect(limits.handshakeTimeout == 10_000_000_000)
        #expect(limits.handshakesMax == 512)
    }

    @Test func `each key of the configuration sets its own limit`() throws {
        let limits = try limits([
            "--http.request_line_bytes=1001", "--http.head_bytes=1002", "--http.head_fields=103",
            "--http.authorization_bytes=1004", "--http.body_bytes=1005",
            "--http.chunk_extension_line_bytes=1006", "--http.chunk_extension_bytes=1007",
            "--http.trailer_bytes=1008", "--http.connections=1009", "--http.head_timeout=1.01",
            "--http.body_timeout=1.011", "--http.idle_timeout=1.012", "--http.write_timeout=1.013",
            "--tls.handshake_timeout=1.014", "--tls.handshakes=1015",
        ])
        #expect(
            limits.http
                == HTTPLimits(
                    requestLineBytesMax: 1001, headBytesMax: 1002, headFieldsMax: 103,
                    authorizationBytesMax: 1004, bodyBytesMax: 1005,
                    chunkExtensionLineBytesMax: 1006, chunkExtensionBytesMax: 1007,
                    trailerBytesMax: 1008))
        #expect(limits.connectionsMax == 1009)
        #expect(limits.headTimeout == 1_010_000_000)
        #expect(limits.bodyTimeout == 1_011_000_000)
        #expect(limits.idleTimeout == 1_012_000_000)
        #expect(limits.writeTimeout == 1_013_000_000)
        #expect(limits.handshakeTimeout == 1_014_000_000)
        #expect(limits.handshakesMax == 1015)
    }
}
