import Access
import Reactor
import Redis
import TestSupport
import Testing

/// What the store makes of answers that a real Redis gives only in trouble, or never.
@Suite struct RedisReplyFormTests {
    /// The decision over two requests of one turn when Redis answers `answer`.
    private func decisions(answering answer: String) throws -> (RedisHarness, [AdmissionDecision]) {
        let server = try ScriptedServer()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: 60_000))
        try harness.reactor.turns(until: "a connection") { try server.accept() }
        try harness.reactor.turns(until: "PING") { try server.receivedText().contains("PING") }
        try server.send("+PONG\r\n")
        try harness.reactor.turns(until: "it passes") { harness.isPassing }
        let tickets = harness.begin([.by("ann"), .by("bob")])
        // What is asked in a turn leaves at its end.
        harness.reactor.turn(waitingAtMost: 0)
        #expect(try server.receivedText().contains("EVALSHA"))
        try server.send(answer)
        return (harness, try harness.finish(tickets))
    }

    @Test(arguments: [
        "LOADING", "MISCONF", "NOAUTH", "READONLY", "OOM", "BUSY", "MASTERDOWN", "CLUSTERDOWN",
        "NOPERM", "ERR",
    ])
    func `an error makes Redis unavailable, and its health fail`(_ word: String) throws {
        let code = RedisErrorCode(of: Array(word.utf8))
        let expected = AdmissionDecision.unavailable(.redis(.errorReply(code)))
        let (whole, wholeDecisions) = try decisions(answering: "-\(word) of some kind\r\n")
        #expect(wholeDecisions == [expected, expected])
        #expect(!whole.isPassing)
        let (one, oneDecisions) = try decisions(
            answering: "*6\r\n-\(word) of some kind\r\n:0\r\n:0\r\n:0\r\n:3\r\n:7000\r\n")
        #expect(oneDecisions == [expected, .admitted(left: 3, resetSeconds: 7)])
        #expect(!one.isPassing)
    }

    @Test(arguments: [
        "+OK\r\n", ":0\r\n", "$2\r\nOK\r\n", "$-1\r\n", "*0\r\n", "*3\r\n:0\r\n:1\r\n:1000\r\n",
        "*7\r\n:0\r\n:1\r\n:1000\r\n:0\r\n:1\r\n:1000\r\n:0\r\n",
    ])
    func `an answer of another form decides nothing`(_ answer: String) throws {
        let (_, decisions) = try decisions(answering: answer)
        #expect(decisions == [.unavailable(.unexpectedReply), .unavailable(.unexpectedReply)])
    }

    @Test(arguments: [
        ":4\r\n:1\r\n:1000\r\n", ":-1\r\n:1\r\n:1000\r\n", ":0\r\n:10\r\n:1000\r\n",
        ":0\r\n:-1\r\n:1000\r\n", "+0\r\n:1\r\n:1000\r\n", ":0\r\n$1\r\n1\r\n:1000\r\n",
        ":0\r\n:1\r\n$-1\r\n", "*0\r\n:1\r\n:1000\r\n",
        // A request that is to be charged cannot be "not charged".
        ":1\r\n:0\r\n:0\r\n",
    ])
    func `three numbers that cannot be decide nothing, and the others stand`(
        _ numbers: String
    ) throws {
        let (_, decisions) = try decisions(answering: "*6\r\n\(numbers):0\r\n:9\r\n:60000\r\n")
        #expect(
            decisions == [.unavailable(.unexpectedReply), .admitted(left: 9, resetSeconds: 60)])
    }

    @Test(arguments: [
        ("-9223372036854775808", 1), ("-1", 1), ("0", 1), ("1", 1), ("1000", 1), ("1001", 2),
        ("60000", 60), ("60001", 60), ("9223372036854775807", 60),
    ])
    func `seconds until the reset lie between 1 and the window`(
        _ milliseconds: String, _ seconds: Int
    ) throws {
        let (_, decisions) = try decisions(
            answering: "*6\r\n:3\r\n:0\r\n:\(milliseconds)\r\n:0\r\n:9\r\n:\(milliseconds)\r\n")
        #expect(
            decisions == [
                .refused(retrySeconds: seconds), .admitted(left: 9, resetSeconds: seconds),
            ])
    }

    @Test func `a script that is missing although it was sent whole is asked for no more`() throws {
        let server = try ScriptedServer()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: 60_000))
        try harness.reactor.turns(until: "a connection") { try server.accept() }
        let tickets = harness.begin([.by("ann")])
        try harness.reactor.turns(until: "EVALSHA") {
            try server.receivedText().contains("EVALSHA")
        }
        try server.send("+PONG\r\n-NOSCRIPT No matching script.\r\n")
        try harness.reactor.turns(until: "EVAL") {
            try server.receivedText().contains("$4\r\nEVAL\r\n")
        }
        try server.send("-NOSCRIPT No matching script.\r\n")
        #expect(
            try harness.finish(tickets) == [.unavailable(.redis(.errorReply(.noScript)))])
    }
}
