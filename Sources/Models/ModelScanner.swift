internal import JSON

/// Reads a model's text and turns the scanner's errors into this module's.
struct ModelScanner: ~Escapable {
    private var json: JSONScanner

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        json = JSONScanner(bytes, depthMax: ModelLimits.jsonDepthMax)
    }

    /// The next byte to be read.
    var offset: Int { json.offset }

    mutating func beginObject() throws(ModelError) {
        do throws(JSONError) { try json.beginObject() } catch { throw .malformed(error) }
    }

    /// The next member's name, or nil when the object has ended.
    mutating func nextName() throws(ModelError) -> String? {
        do throws(JSONError) {
            return try json.nextName().map { json.text($0) }
        } catch { throw .malformed(error) }
    }

    mutating func beginArray() throws(ModelError) {
        do throws(JSONError) { try json.beginArray() } catch { throw .malformed(error) }
    }

    /// Whether another element follows; if not, the array has ended.
    mutating func nextElement() throws(ModelError) -> Bool {
        do throws(JSONError) {
            return try json.nextElement()
        } catch { throw .malformed(error) }
    }

    mutating func string() throws(ModelError) -> String {
        do throws(JSONError) {
            return json.text(try json.string())
        } catch { throw .malformed(error) }
    }

    mutating func number() throws(ModelError) -> Double {
        do throws(JSONError) { return try json.number().value } catch {
            throw .malformed(error)
        }
    }

    /// A Boolean, which XGBoost also writes as 0 or 1; nil for another number.
    mutating func flag() throws(ModelError) -> Bool? {
        do throws(JSONError) {
            switch try json.peek() {
            case .true, .false: return try json.bool()
            case .object, .array, .string, .number, .null:
                let value = try json.number().value
                return value == 0 ? false : value == 1 ? true : nil
            }
        } catch { throw .malformed(error) }
    }

    /// The nearest float to a decimal number, ties to even; infinite beyond all of them.
    ///
    /// Rounding to double first and to float then errs only where the double falls exactly between
    /// two floats (Figueroa 1995), so that only such a number is read a second time.
    mutating func float() throws(ModelError) -> Float {
        do throws(JSONError) {
            let number = try json.number()
            let isTie = number.value.significandBitPattern & 0x1FFF_FFFF == 0x1000_0000
            let isSubnormal = number.value.magnitude < Double(Float.leastNormalMagnitude)
            guard isTie || isSubnormal else { return Float(number.value) }
            let digits = number.range.map { json.bytes[$0] }
            return Float(String(decoding: digits, as: UTF8.self)) ?? Float(number.value)
        } catch { throw .malformed(error) }
    }

    mutating func skipValue() throws(ModelError) {
        do throws(JSONError) { try json.skipValue() } catch { throw .malformed(error) }
    }

    mutating func finish() throws(ModelError) {
        do throws(JSONError) { try json.finish() } catch { throw .malformed(error) }
    }
}
