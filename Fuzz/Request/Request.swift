import Features
import HTTP
import JSON
import JWT
import Metrics

/// What comes from the network before anybody is known: heads, chunks, bodies, tokens, and the
/// fields of traces and of scrapers. The first byte says which, the second where the rest is cut in
/// two, as a network may cut it.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard bytes.count > 2 else { return 0 }
    let rest = Array(bytes[2...])
    let cut = Int(bytes[1]) % (rest.count + 1)
    switch bytes[0] % 6 {
    case 0: head(rest, cut)
    case 1: chunks(rest, cut)
    case 2: body(rest)
    case 3: token(rest, cut)
    case 4: trace(rest)
    default: accept(rest)
    }
    return 0
}

/// A head is the same, or the same error, however it arrives.
private func head(_ bytes: [UInt8], _ cut: Int) {
    func outcome(_ cuts: [Int]) -> String {
        var parser = RequestHeadParser(limits: .contract)
        do throws(HTTPError) {
            for end in cuts {
                guard let head = try parser.parse(bytes.span.extracting(0..<end)) else { continue }
                if let range = head.authorization {
                    let value = bytes.span.extracting(range)
                    if case .token(let place) = BearerCredentials(inAuthorization: value) {
                        _ = try? TokenSegments(value.extracting(place))
                    }
                }
                return "\(head) \(forwarded(bytes.span.extracting(first: head.byteCount)))"
            }
            return "needs more"
        } catch { return "\(error)" }
    }
    let whole = outcome([bytes.count])
    precondition(whole == outcome([cut, bytes.count]), "the cut changes the head")
}

/// The elements that proxies have added, few and each without a comma.
private func forwarded(_ head: Span<UInt8>) -> [String] {
    var hops: [String] = []
    let fields = ForwardedFields(inHead: head) { hop in
        precondition(!hop.isEmpty && !hop.indices.contains { hop[$0] == UInt8(ascii: ",") })
        hops.append(String(decoding: hop.indices.map { hop[$0] }, as: UTF8.self))
        return true
    }
    precondition(hops.count <= ForwardedFields.hopsMax, "few are read")
    return hops + (fields.isPlain ? ["plain"] : [])
}

/// A body is the same, or the same error, however it arrives.
private func chunks(_ bytes: [UInt8], _ cut: Int) {
    func outcome(_ cuts: [Int]) -> String {
        var decoder = ChunkedDecoder(limits: .contract)
        var body: [UInt8] = []
        var offset = 0
        do throws(HTTPError) {
            for end in cuts where !decoder.isComplete && end > offset {
                offset += try decoder.decode(bytes.span.extracting(offset..<end), into: &body)
            }
            return "\(decoder.isComplete) \(offset) \(body)"
        } catch { return "\(error)" }
    }
    let whole = outcome([bytes.count])
    precondition(whole == outcome([cut, bytes.count]), "the cut changes the body")
}

private let schema: Schema = {
    let text = """
        {"type":"object","properties":{
        "id":{"type":"string","x-identifier":true},
        "plan":{"type":"string","enum":["basic","plus"],"x-aliases":{"full":"plus"}},
        "months":{"type":"integer","minimum":0,"maximum":60,"x-out-of-range":"flag","x-blank":0},
        "price":{"type":"number","minimum":-1e9,"maximum":1e9,"x-out-of-range":"clamp"}},
        "required":["plan","months","price"],"additionalProperties":false,
        "x-derived":{"age":{"kind":"bins","field":"months","upperEdges":[12,60],
        "labels":["new","old"]}}}
        """
    guard let schema = try? Schema(json: Array(text.utf8).span) else {
        preconditionFailure("the schema is one")
    }
    return schema
}()

/// A body is refused, or its record can be encoded; a text that is JSON reads back as it was
/// written.
private func body(_ bytes: [UInt8]) {
    var decoder = RecordDecoder(schema: schema)
    if (try? decoder.decode(bytes.span)) == true {
        let encoding = FeatureEncoding(oneHot: schema)
        var row = [Float](repeating: .nan, count: encoding.columnCount)
        encoding.encode(decoder.record, into: &row)
        precondition(row.allSatisfy(\.isFinite), "a valid record makes a row of numbers")
    }
    guard let value = try? JSONValue(parsing: bytes.span) else { return }
    var writer = JSONWriter()
    writer.value(value)
    let written = writer.finish()
    precondition((try? JSONValue(parsing: written.span)) == value, "what was written reads back")
}

private func token(_ bytes: [UInt8], _ cut: Int) {
    _ = try? TokenSegments(bytes.span)
    var decoded: [UInt8] = []
    if let count = Base64URL.decode(bytes.span, into: &decoded) {
        precondition(count <= bytes.count)
    }
    _ = try? TokenHeader(bytes.span.extracting(0..<cut))
    if let set = try? JSONWebKeySet(bytes.span) {
        precondition(1...JSONWebKeySet.Limits.keysMax ~= set.keys.count, "a set is bounded")
        _ = try? SigningKeys(sharing: [], published: set)
    }
    guard let names = try? TokenClaimNames(tokenID: "jti", subject: "sub", scopes: "a.b a.c scope"),
        let required = try? RequiredClaim.list("tid=x ver"),
        let rules = try? TokenRules(
            leewaySeconds: 30, issuer: "a", audience: "b", scope: "c d", claims: names,
            requirements: required, lifetimeSecondsMax: 60),
        let claims = try? TokenClaims(bytes.span.extracting(cut..<bytes.count), rules: rules)
    else { return }
    _ = try? claims.verified(nowUnixMilliseconds: 1_700_000_000_000)
}

/// A context that was read is passed on as one that can be read, of the same trace.
private func trace(_ bytes: [UInt8]) {
    guard let context = TraceContext(parsing: bytes.span) else { return }
    precondition(TraceContext(parsing: context.bytes) == context)
    let next = context.continued(spanID: 1)
    precondition(TraceContext(parsing: next.bytes) == next)
    precondition(next.traceID.indices.allSatisfy { next.traceID[$0] == context.traceID[$0] })
}

/// Nobody gets OpenMetrics who does not name it.
private func accept(_ bytes: [UInt8]) {
    guard ExpositionFormat(accept: bytes.span) == .openMetrics else { return }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    precondition(text.contains("application/openmetrics-text"))
}
