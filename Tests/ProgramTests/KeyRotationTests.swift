import Foundation
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    /// Keys that are replaced again and again while callers are served.
    @Suite struct KeyRotationTests {
        private static let rounds = 100
        private static let claims = #"{"sub":"acme","exp":4102444800}"#

        private let directory: TemporaryDirectory
        private let steady: IssuerKey
        private let rotating: [IssuerKey]

        init() throws {
            directory = try TemporaryDirectory()
            steady = try IssuerKey("steady", .es256)
            rotating = try ["even", "odd"].map { try IssuerKey($0, .es256) }
        }

        private func publish(_ round: Int) throws {
            try IssuerKey.set([steady, rotating[round % 2]]).write(
                toFile: directory.path(of: "set.json"), atomically: true, encoding: .utf8)
        }

        /// The round whose keys every event loop has, -1 while they change.
        private final class Confirmed: Sendable {
            let round = Atomic(0)
            let isOver = Atomic(false)
        }

        /// Has the keys of a round read, by a signal, by an administrator, or by nobody, since
        /// their file is watched; returns once all event loops have them.
        private func reload(_ churnd: ChurndProcess, _ round: Int) throws {
            try publish(round)
            if round % 3 == 0 {
                let answer = try churnd.operations(
                    .operations("POST", "/admin/keys/reload", body: "{}"))
                #expect(answer.status == 200)
                return
            }
            if round % 40 != 0 { churnd.child.signal(SIGHUP) }
            _ = try churnd.log("keys changed", count: round)
        }

        @Test func `a hundred sets lose no request, and none is admitted by a withdrawn key`()
            throws
        {
            try publish(0)
            var flags = ChurndProcess.onSocket(in: directory)
            flags["jwt.jwks"] = directory.path(of: "set.json")
            flags["quota.limit"] = "100000"
            flags["store.subjects"] = "100"
            flags["log.requests"] = "off"
            flags["http.reactors"] = "2"
            let churnd = try ChurndProcess(flags)
            let port = churnd.port
            let steady = HTTPRequest.predict(token: try steady.token(Self.claims))
            let requests = try rotating.map {
                HTTPRequest.predict(token: try $0.token(Self.claims))
            }
            let confirmed = Confirmed()
            defer { confirmed.isOver.store(true, ordering: .relaxed) }
            let load = Running(4) { index in
                let client = try ClientSocket(port: port)
                var judged = 0
                while !confirmed.isOver.load(ordering: .relaxed) {
                    let served = try client.exchange(steady).status
                    guard served == 200 else { throw NeverHappened(what: "200, but \(served)") }
                    let before = confirmed.round.load(ordering: .sequentiallyConsistent)
                    let status = try client.exchange(requests[index % 2]).status
                    let after = confirmed.round.load(ordering: .sequentiallyConsistent)
                    guard before == after, before >= 0 else { continue }
                    let expected = before % 2 == index % 2 ? 200 : 401
                    guard status == expected else {
                        throw NeverHappened(what: "\(expected) in round \(before), but \(status)")
                    }
                    judged += 1
                }
                return judged
            }
            for round in 1...Self.rounds {
                confirmed.round.store(-1, ordering: .sequentiallyConsistent)
                try reload(churnd, round)
                confirmed.round.store(round, ordering: .sequentiallyConsistent)
                let withdrawn = requests[(round + 1) % 2]
                for _ in 0..<4 {
                    let client = try churnd.client()
                    #expect(try client.exchange(withdrawn).status == 401, "round \(round)")
                    #expect(try client.exchange(requests[round % 2]).status == 200)
                }
            }
            confirmed.isOver.store(true, ordering: .relaxed)
            let judged = try load.values()
            #expect(judged.count == 4 && judged.allSatisfy { $0 > 0 }, "\(judged)")
            #expect(try churnd.log("keys changed", count: Self.rounds).count == Self.rounds)
        }
    }
}
