internal import Bytes
package import FeatureStore
internal import Features
internal import Models
internal import OpenSSL
internal import Reactor
package import Redis

/// One loop's way to the Redis that holds customers' features.
package final class LocalFeatures {
    /// Customers that are asked for and not answered; beyond that 503.
    private static let inFlightMax = 1024

    package let connection: RedisConnection
    private let layout: FeatureLayout
    private let ageMillisecondsMax: Int64?
    private let deadlineNanoseconds: Int64
    private var inFlight = 0
    /// Of the model that was asked for last.
    private var prepared: Prepared?

    /// What a model's features are asked for with.
    private final class Prepared {
        let scorer: Scorer
        let query: FeatureQuery
        /// The arguments after the key.
        let arguments: [UInt8]

        init(_ scorer: Scorer, _ query: FeatureQuery) {
            self.scorer = scorer
            self.query = query
            var arguments: [UInt8] = []
            for field in query.fields { arguments.appendRedisArgument(field.span) }
            self.arguments = arguments
        }
    }

    /// - Parameter ageMillisecondsMax: how long ago features may have been written; nil: any time.
    package init(
        connection: RedisConnection, layout: FeatureLayout, ageMillisecondsMax: Int64?,
        deadlineNanoseconds: Int64
    ) {
        self.connection = connection
        self.layout = layout
        self.ageMillisecondsMax = ageMillisecondsMax
        self.deadlineNanoseconds = deadlineNanoseconds
    }

    /// Asks for a customer's features. `completion` gets the record that `/predict` would take, or
    /// what is wrong with it, exactly once; it may be called already during this call.
    func fetch(
        _ id: [UInt8], for scorer: Scorer, _ loop: Loop,
        _ completion: @escaping (Result<[UInt8], ServiceFailure>) -> Void
    ) {
        guard inFlight < LocalFeatures.inFlightMax else {
            return completion(.failure(.featuresUnavailable(.queueFull)))
        }
        let prepared = prepared(for: scorer)
        var command: [UInt8] = []
        do throws(CustomerIDError) {
            let key = try layout.key(of: id.span)
            command.appendRedisCommand(argumentCount: 2 + prepared.query.fields.count)
            command.appendRedisArgument("HMGET")
            command.appendRedisArgument(key.span)
        } catch {
            return completion(.failure(.invalidCustomerID(error)))
        }
        inFlight += 1
        connection.send(
            deadline: loop.now + deadlineNanoseconds,
            encode: { [command] bytes in
                bytes += command
                bytes += prepared.arguments
            },
            completion: { [unowned self, unowned loop] reply in
                inFlight -= 1
                completion(
                    record(reply, of: id, prepared.query, unixMilliseconds: loop.unixMilliseconds))
            })
    }

    private func prepared(for scorer: Scorer) -> Prepared {
        if let prepared, prepared.scorer === scorer { return prepared }
        let made = Prepared(
            scorer,
            FeatureQuery(scorer.schema, in: layout, ageMillisecondsMax: ageMillisecondsMax))
        prepared = made
        return made
    }

    private func record(
        _ reply: Result<RedisReply, RedisFailure>, of id: [UInt8], _ query: FeatureQuery,
        unixMilliseconds: Int64
    ) -> Result<[UInt8], ServiceFailure> {
        switch reply {
        case .success(.array(let elements)):
            var answers: [[UInt8]?] = []
            answers.reserveCapacity(elements.count)
            for element in elements {
                if case .bulk(let bytes) = element {
                    answers.append(bytes)
                } else {
                    answers.append(nil)
                }
            }
            var record: [UInt8] = []
            record.reserveCapacity(1024)
            do throws(FeatureProblem) {
                _ = try query.write(
                    answers, of: id.span, nowUnixMilliseconds: unixMilliseconds, to: &record)
            } catch { return .failure(.features(error)) }
            return .success(record)
        case .success(.error(let text)):
            let code = RedisErrorCode(of: text)
            return .failure(.featuresUnavailable(.errorReply(code)))
        case .success: return .failure(.featuresUnavailable(.protocolViolation))
        case .failure(let failure): return .failure(.featuresUnavailable(failure))
        }
    }
}

// Calls that name a customer, on their way to the store.
extension Calls {
    /// Asks for the features of the customer that a call names, scores them, and then has the
    /// store decide: what is wrong with them is answered when revocation is known, at no cost.
    func fetch(_ call: Call, _ id: [UInt8]) {
        guard let features else { preconditionFailure("the route is not served without") }
        features.fetch(id, for: call.scorer, loop) { [unowned self] in fetched(call, $0) }
    }

    private func fetched(_ call: Call, _ outcome: Result<[UInt8], ServiceFailure>) {
        do throws(ServiceFailure) {
            let record = try outcome.get()
            if audit != nil { call.bodyDigest = digest.hash(record.span) }
            try call.scorer.score(
                record.span, &call.stages, reasons: call.reasonCount, into: &call.prediction)
            call.outcome = .scored
        } catch {
            call.contentFailure = error
        }
        if call.isCharged, let audit, !audit.takesRecords { return fail(call, .unrecorded) }
        let token = call.keptToken
        ask(call, token.span, deadline: loop.now + rules.decisionNanoseconds)
    }
}
