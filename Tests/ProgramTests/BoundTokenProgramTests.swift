import Glibc
import JWT
import OpenSSL
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Tokens that are bound to a client certificate (RFC 8705), over TLS.
    @Suite struct BoundTokenProgramTests {
        private let authority: TestAuthority
        private let directory: TemporaryDirectory

        init() throws {
            authority = try TestAuthority()
            directory = try TemporaryDirectory()
        }

        /// Another one for each name.
        private func certificate(_ name: String) throws -> CertificateFiles {
            try authority.certificate(name, subject: "/CN=\(name)")
        }

        private func churnd(_ flags: [String: String] = [:]) throws -> ChurndProcess {
            try ChurndProcess(
                authority.serverFlags().merging([
                    "tls.client_ca": authority.path, "tls.client_auth": "optional",
                ]) { $1 }.merging(flags) { $1 })
        }

        private func client(
            _ churnd: ChurndProcess, _ certificate: CertificateFiles?
        ) throws -> ClientSocket {
            let client = try churnd.client()
            if let certificate {
                try client.startTLS(authority.clientContext(certificate.identity()))
            } else {
                try client.startTLS(authority.clientContext())
            }
            return client
        }

        /// A token that is bound to a certificate.
        private func token(_ certificate: CertificateFiles) throws -> String {
            let shown = try TestAuthority.openssl([
                "x509", "-in", certificate.certificate, "-outform", "DER", "-out",
                directory.path(of: "der"),
            ])
            #expect(shown.isEmpty)
            let der = try Files.read(directory.path(of: "der"), bytesMax: 1 << 16)
            let digest = SHA256.hash(der.span)
            var text: [UInt8] = []
            Base64URL.encode(digest.span, appendingTo: &text)
            let binding = #""x5t#S256":"\#(String(decoding: text, as: UTF8.self))""#
            return TokenFactory().token(
                claims: #"{"sub":"ann","exp":4102444800,"cnf":{\#(binding)}}"#)
        }

        @Test func `a bound token is good over connections with its certificate alone`() throws {
            let (own, foreign) = (try certificate("own"), try certificate("foreign"))
            let churnd = try churnd()
            let request = HTTPRequest.predict(token: try token(own))
            let other = HTTPRequest.predict(token: try token(foreign))
            let bearer = HTTPRequest.predict(token: try TokenFactory().token("ann"))
            let clients = [
                try client(churnd, own), try client(churnd, foreign), try client(churnd, nil),
            ]
            let expected = [[200, 401, 200], [401, 200, 200], [401, 401, 200]]
            // The second time the tokens are remembered.
            for _ in 0..<2 {
                for (client, expected) in zip(clients, expected) {
                    let statuses = try [request, other, bearer].map {
                        try client.exchange($0).status
                    }
                    #expect(statuses == expected)
                }
            }
            let refused = try clients[2].exchange(request)
            #expect(refused.problem == "invalid-token")
            let expectedDetail =
                "The token is bound to a client certificate that this connection has not shown"
            #expect(refused.detail == expectedDetail)
            #expect(refused["WWW-Authenticate"]?.contains(#"error="invalid_token""#) == true)
            #expect(
                MetricSamples(try churnd.operationsClient().exchange(.get("/metrics")).text)[
                    #"churnd_auth_total{result="wrong_certificate"}"#] == 9)
        }

        @Test func `without TLS or certificates a bound token is refused`() throws {
            let own = try certificate("own")
            let request = HTTPRequest.predict(token: try token(own))
            let plain = try ChurndProcess()
            #expect(try plain.client().exchange(request).status == 401)
            // A certificate that churnd does not ask for proves nothing.
            let open = try ChurndProcess(authority.serverFlags())
            #expect(try client(open, own).exchange(request).status == 401)
        }

        @Test(arguments: ["-tls1_2", "-tls1_3"])
        func `a resumed session has the certificate that it began with`(version: String) throws {
            let (own, foreign) = (try certificate("own"), try certificate("foreign"))
            let churnd = try churnd(["http.reactors": "2"])
            let session = directory.path(of: "session")
            func status(_ token: String, _ more: [String]) throws -> String {
                let request = HTTPRequest.predict(token: token).with("Connection", "close")
                let child = try ChildProcess(
                    "/usr/bin/openssl",
                    ["s_client", "-connect", "127.0.0.1:\(churnd.port)", version, "-ign_eof"]
                        + more, input: String(decoding: request.bytes, as: UTF8.self))
                _ = try child.waitForExit()
                #expect(child.output.contains(more.contains("-sess_in") ? "Reused" : "New"))
                let lines = child.output.split(separator: "\n")
                guard let line = lines.first(where: { $0.hasPrefix("HTTP/1.1 ") }) else {
                    return child.errors
                }
                return String(line.dropFirst(9).prefix(3))
            }
            let (ownToken, foreignToken) = (try token(own), try token(foreign))
            let shows = ["-cert", own.certificate, "-key", own.key, "-sess_out", session]
            #expect(try status(ownToken, shows) == "200")
            #expect(try status(ownToken, ["-sess_in", session]) == "200")
            #expect(try status(foreignToken, ["-sess_in", session]) == "401")
        }

        @Test func `a stolen token shares no question of its owner's turn`() throws {
            let (own, foreign) = (try certificate("own"), try certificate("foreign"))
            let churnd = try churnd(["http.reactors": "1", "quota.limit": "1"])
            let request = HTTPRequest.predict(token: try token(own))
            let owner = try client(churnd, own)
            let thief = try client(churnd, foreign)
            #expect(try owner.exchange(request).status == 200)
            #expect(try owner.exchange(request).status == 429)
            for _ in 0..<5 {
                // Stopped meanwhile, churnd finds both in one turn.
                churnd.child.signal(SIGSTOP)
                try owner.send(request.bytes)
                try thief.send(request.bytes)
                churnd.child.signal(SIGCONT)
                #expect(try owner.readAnswer().status == 429)
                #expect(try thief.readAnswer().status == 401)
            }
        }
    }
}
