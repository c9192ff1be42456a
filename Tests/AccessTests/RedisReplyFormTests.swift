import Access
import Reactor
import Redis
import TestSupport
import Testing

/// What the store makes of answers that a real Redis gives only in trouble, or never.
@Suite struct RedisReplyFormTests {
    /// The decision over two requests of one turn when Redis answers `answer`.
    private func decisions(
        answering answer: String, to asks: [Ask] = [.by("ann"), .by("bob")]
    ) throws -> (RedisHarness, [AdmissionDecision]) {
        let server = try ScriptedServer()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: 60_000),
            probe: .ping)
        try harness.reactor.turns(until: "a connection") { try server.accept() }
        try harness.reactor.turns(until: "PING") { try server.receivedText().contains("PING") }
        try server.send("+PONG\r\n")
        try harness.reactor.turns(until: "it passes") { harness.isPassing }
        let tickets = harness.begin(asks)
        // What is asked in a turn leaves at its end.
        harness.reactor.turn(waitingAtMost: 0)
        let question = try server.receivedText()
        #expect(question.contains("EVALSHA"))
        try server.send(answer.replacing("NONCE", with: AdmissionHarnessNonce.last(in: question)))
        return (harness, try harness.finish(tickets))
    }

    @Test(arguments: [
        "LOADING", "MISCONF", "NOAUTH", "READONLY", "OOM", "BUSY", "MASTERDOWN", "CLUSTERDOWN",
        "NOPERM", "NOMARKER", "ERR",
    ])
    func `an error makes Redis unavailable, and its health fail`(_ word: String) throws {
        let code = RedisErrorCode(of: Array(word.utf8))
        let expected = AdmissionDecision.unavailable(.redis(.errorReply(code)))
        let (whole, wholeDecisions) = try decisions(answering: "-\(word) of some kind\r\n")
        #expect(wholeDecisions == [expected, expected])
        #expect(!whole.isPassing)
        let (one, oneDecisions) = try decisions(
            answering: "*3\r\n:NONCE\r\n-\(word) of some kind\r\n\(reply(left: 3, reset: 7000))")
        #expect(oneDecisions == [expected, .admitted(left: 3, resetSeconds: 7)])
        #expect(!one.isPassing)
    }

    @Test(arguments: [
        "+OK\r\n", ":0\r\n", "$2\r\nOK\r\n", "$-1\r\n", "*1\r\n:NONCE\r\n",
        "*2\r\n:NONCE\r\n\(reply())", "*4\r\n:NONCE\r\n\(reply())\(reply())\(reply())",
    ])
    func `an answer of another form decides nothing`(_ answer: String) throws {
        let (_, decisions) = try decisions(answering: answer)
        #expect(decisions == [.unavailable(.unexpectedReply), .unavailable(.unexpectedReply)])
    }

    @Test(arguments: [
        ":-1\r\n", ":-9223372036854775808\r\n", "+0\r\n", "$1\r\n1\r\n", "$-1\r\n", "*0\r\n",
        // More is left than the limit allows.
        reply(left: 10), reply(code: 3, left: 10), reply(left: 1 << 20 - 1),
        // A request that is to be charged cannot be "not charged".
        reply(code: 1, left: 0, reset: 0),
    ])
    func `a number that cannot be decides nothing, and the others stand`(
        _ number: String
    ) throws {
        let (_, decisions) = try decisions(
            answering: "*3\r\n:NONCE\r\n\(number)\(reply(left: 9, reset: 60_000))")
        #expect(
            decisions == [.unavailable(.unexpectedReply), .admitted(left: 9, resetSeconds: 60)])
    }

    /// Of requests for 4 of 10.
    @Test(arguments: [
        (reply(left: 6), false, AdmissionDecision.admitted(left: 6, resetSeconds: 1)),
        (reply(left: 7), false, .unavailable(.unexpectedReply)),
        (reply(code: 3), false, .refused(retrySeconds: 1)),
        (reply(code: 3, left: 1), false, .unavailable(.unexpectedReply)),
        (reply(code: 3, left: 1), true, .partly(count: 1, retrySeconds: 1)),
        (reply(code: 3, left: 3), true, .partly(count: 3, retrySeconds: 1)),
        (reply(code: 3, left: 4), true, .unavailable(.unexpectedReply)),
        (reply(code: 2, reset: 0), true, .revoked),
        (reply(code: 1, reset: 0), true, .unavailable(.unexpectedReply)),
    ])
    func `a number for several admissions fits what was asked for, or decides nothing`(
        _ number: String, _ takesPart: Bool, _ expected: AdmissionDecision
    ) throws {
        let (_, decisions) = try decisions(
            answering: "*3\r\n:NONCE\r\n\(number)\(reply(left: 9))",
            to: [.by("ann", charges: 4, takesPart: takesPart), .by("bob")])
        #expect(decisions == [expected, .admitted(left: 9, resetSeconds: 1)])
    }

    @Test(arguments: [
        (0, 1), (1, 1), (1000, 1), (1001, 2), (60_000, 60), (60_001, 60), (1 << 41 - 1, 60),
    ])
    func `seconds until the reset lie between 1 and the window`(
        _ milliseconds: Int, _ seconds: Int
    ) throws {
        let (_, decisions) = try decisions(
            answering: "*3\r\n:NONCE\r\n\(reply(code: 3, reset: milliseconds))"
                + reply(left: 9, reset: milliseconds))
        #expect(
            decisions == [
                .refused(retrySeconds: seconds), .admitted(left: 9, resetSeconds: seconds),
            ])
    }

    @Test(arguments: [
        // Of another question, of none, no number, nothing.
        "*3\r\n:1\r\n\(reply())\(reply())", "*3\r\n:0\r\n\(reply())\(reply())",
        "*3\r\n$1\r\n2\r\n\(reply())\(reply())", "*2\r\n\(reply())\(reply())", "*0\r\n",
    ])
    func `an answer to another question decides nothing, and its connection is given up`(
        _ answer: String
    ) throws {
        let (harness, decisions) = try decisions(answering: answer)
        let expected = AdmissionDecision.unavailable(.redis(.protocolViolation))
        #expect(decisions == [expected, expected])
        #expect(harness.healthFailure == .protocolViolation)
    }

    @Test(arguments: [false, true])
    func `after an answer that was lost or came twice nobody gets another's, and it recovers`(
        isLost: Bool
    ) throws {
        let server = try ScriptedServer()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: 60_000),
            probe: .ping)
        func answer(_ question: String, left: Int) -> String {
            let nonce = AdmissionHarnessNonce.last(in: question)
            return "*2\r\n:\(nonce)\r\n\(reply(left: left))"
        }
        func ask(_ subject: String) throws -> (Range<UInt64>, String) {
            let tickets = harness.begin([.by(subject)])
            harness.reactor.turn(waitingAtMost: 0)
            try harness.reactor.turns(until: "the question") {
                try server.receivedText().contains("quota:\(subject)")
            }
            return (tickets, try server.receivedText())
        }
        try harness.reactor.turns(until: "a connection") { try server.accept() }
        try server.send("+PONG\r\n")
        let (ann, annsQuestion) = try ask("ann")
        if !isLost {
            try server.send(answer(annsQuestion, left: 1))
            #expect(try harness.finish(ann) == [.admitted(left: 1, resetSeconds: 1)])
        }
        let (bob, bobsQuestion) = try ask("bob")
        let (eve, _) = try ask("eve")
        try server.send(isLost ? answer(bobsQuestion, left: 2) : answer(annsQuestion, left: 1))
        let failed = AdmissionDecision.unavailable(.redis(.protocolViolation))
        for tickets in (isLost ? [ann] : []) + [bob, eve] {
            #expect(try harness.finish(tickets) == [failed])
        }

        try harness.reactor.turns(until: "another connection") { try server.accept() }
        try server.send("+PONG\r\n")
        let (again, question) = try ask("again")
        try server.send(answer(question, left: 3))
        #expect(try harness.finish(again) == [.admitted(left: 3, resetSeconds: 1)])
    }

    @Test func `a script that is missing although it was sent whole is asked for no more`() throws {
        let server = try ScriptedServer()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: 60_000),
            probe: .ping)
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

/// The script's number for a request, as Redis sends it.
private func reply(code: Int = 0, left: Int = 0, reset: Int = 1000) -> String {
    ":\(reset << 22 | left << 2 | code)\r\n"
}

/// The nonce of a question that the store has sent.
enum AdmissionHarnessNonce {
    /// The last argument of the last command, which has no marker key.
    static func last(in question: String) -> String {
        let lines = question.replacing("*1\r\n$4\r\nPING\r\n", with: "").split(separator: "\r\n")
        return String(lines.last ?? "")
    }
}
