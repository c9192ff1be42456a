internal import Reactor

/// How to find out whether Redis serves.
extension RedisConnection {
    func ask() {
        nextProbe = loop.now + RedisHealth.probeNanoseconds
        ask(.short)
    }

    private func ask(_ form: RedisProbe.Form) {
        let nonce = makeNonce()
        send(
            deadline: loop.now + deadlineNanoseconds,
            encode: { probe.append(&$0, form, nonce) },
            completion: { [weak self] in self?.judge($0, form, nonce) })
    }

    private func judge(
        _ outcome: Result<RedisReply, RedisFailure>, _ form: RedisProbe.Form, _ nonce: Int
    ) {
        switch outcome {
        case .success(.error(let text)):
            let code = RedisErrorCode(of: text)
            guard code == .noScript, !probe.isPing else { return }
            if form == .short { ask(.full) } else { noteError(code) }
        case .success(let reply):
            if probe.isPing { return }
            switch probe.judge(reply, nonce) {
            case .passes: serves()
            case .fails(let code): noteError(code)
            case .stray: dropForStrayReply()
            }
        // Noted where it came about.
        case .failure: break
        }
    }

    func serves() {
        health.recordReply(now: loop.now)
        if !isProven { neighbours.tellOthers(than: number) }
        isProven = true
    }
}
