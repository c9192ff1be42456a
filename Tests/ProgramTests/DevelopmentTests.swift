import Foundation
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    @Suite struct DevelopmentTests {
        /// Starts as the README says, but on a port that is free, and returns the line to paste.
        private func start() throws -> (child: ChildProcess, port: UInt16, curl: String) {
            let child = try ChildProcess(
                BuiltProgram.churnd,
                ["--dev", "--http.port=0", "--operations.listen=127.0.0.1:0"],
                workingDirectory: ProjectPlaces.root)
            let port = try ChurndProcess.portWhenListening(child)
            var curl: Substring?
            try eventually("a curl line is printed") {
                curl = child.errors.split(separator: "\n").first { $0.hasPrefix("curl ") }
                return curl != nil && child.errors.hasSuffix("\n\n")
            }
            return (child, port, String(curl ?? ""))
        }

        @Test func `the line that it prints is answered with a prediction`() throws {
            let (child, _, curl) = try start()
            let shell = try ChildProcess(
                "/bin/bash", ["-c", curl], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
            #expect(try shell.waitForExit() == .code(0), "\(shell.errors)")
            let bytes = Array(shell.output.utf8)
            let answer = try #require(try JSONValue(parsing: bytes.span).asObject)
            #expect(
                answer.members.map(\.name) == [
                    "customer_id", "churn_prediction", "churn_probability", "risk_level",
                    "timestamp", "model_version", "request_id",
                ])
            #expect(answer["customer_id"]?.asString == "7590-EXAMPLE")
            #expect(answer["churn_prediction"]?.asBool != nil)
            #expect((0...1).contains(answer["churn_probability"]?.asNumber ?? -1))
            #expect(["Low", "Medium", "High"].contains(answer["risk_level"]?.asString))
            #expect(answer["model_version"]?.asString == "telco-churn/3")
            let time = try #require(answer["timestamp"]?.asString)
            #expect(time.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
            #expect(child.ended == nil)
            // The README's first screen shows this very answer, of another time.
            let readme = try Files.read("\(ProjectPlaces.root)/README.md", bytesMax: 1 << 20)
            let lines = readme.split(separator: UInt8(ascii: "\n"))
            let shown = Array(try #require(lines.first { $0.first == UInt8(ascii: "{") }))
            let example = try #require(try JSONValue(parsing: shown.span).asObject)
            #expect(example.members.map(\.name) == answer.members.map(\.name))
            for name in answer.members.map(\.name)
            where name != "timestamp" && name != "request_id" {
                #expect(example[name] == answer[name], "\(name)")
            }
        }

        @Test func `it listens on loopback only`() throws {
            let (child, port, _) = try start()
            // proc(5): local address and port in hexadecimal, and state 0A for a listener.
            let suffix = ":" + String(port, radix: 16, uppercase: true).leftPadded(to: 4)
            // Foundation takes what one read gives, a page, for the whole of a table.
            var listeners: [Substring] = []
            for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
                let text = String(
                    decoding: try Files.read(table, bytesMax: 1 << 26), as: UTF8.self)
                for line in text.split(separator: "\n").dropFirst() {
                    let columns = line.split(separator: " ")
                    if columns[1].hasSuffix(suffix), columns[3] == "0A" {
                        listeners.append(columns[1])
                    }
                }
            }
            #expect(child.ended == nil)
            #expect(Set(listeners) == ["0100007F\(suffix)"])
        }

        @Test func `the log holds no token and says where the quotas are`() throws {
            let (child, _, curl) = try start()
            let shell = try ChildProcess(
                "/bin/bash", ["-c", curl], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
            #expect(try shell.waitForExit() == .code(0), "\(shell.errors)")
            child.signal(SIGTERM)
            #expect(try child.waitForExit() == .code(0))
            let token = try #require(curl.firstMatch(of: /Bearer ([^']+)/)).1
            #expect(token.split(separator: ".").count == 3)
            for part in token.split(separator: ".") { #expect(!child.output.contains(part)) }
            #expect(child.output.contains("in this process's memory"))
        }

        @Test func `each start makes another secret`() throws {
            let (_, _, curl) = try start()
            let (child, port, _) = try start()
            let token = String(try #require(curl.firstMatch(of: /Bearer ([^']+)/)).1)
            let answer = try ClientSocket(port: port).exchange(.predict(token: token))
            #expect(answer.status == 401)
            #expect(child.ended == nil)
        }
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: Swift.max(0, count - self.count)) + self
    }
}
