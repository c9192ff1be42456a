import RecordFormats
import Testing

private typealias Body = InferenceBody

/// A request that is refused, and what is said of it.
private struct Refusal: Sendable, CustomTestStringConvertible {
    let body: String
    var binary: [UInt8] = []
    let detail: String

    init(_ inputs: String..., binary: [UInt8] = [], detail: String) {
        body = "{\"inputs\":[\(inputs.joined(separator: ","))]}"
        self.binary = binary
        self.detail = detail
    }

    init(json: String, binary: [UInt8] = [], detail: String) {
        body = json
        self.binary = binary
        self.detail = detail
    }

    var testDescription: String { detail }
}

private let plan = Body.input("plan", "BYTES", data: #"["basic"]"#)

private let shapes = [
    ("[]", "[], expected [n] or [n, 1] for n rows"),
    ("[2,2]", "[2, 2], expected [n] or [n, 1] for n rows"),
    ("[1,0]", "[1, 0], expected [n] or [n, 1] for n rows"),
    ("[1,1,1]", "3 sizes or more, expected [n] or [n, 1] for n rows"),
    ("[1,1,1,1,1]", "3 sizes or more, expected [n] or [n, 1] for n rows"),
].map { shape, end in
    Refusal(
        Body.input("count", "INT64", shape: shape, data: "[1]"),
        detail: "input count has the shape \(end)")
}

private let sizes = ["-1", "1.0", "1e0", "9223372036854775808", "18446744073709551616"].map {
    Refusal(
        Body.input("count", "INT64", shape: "[\($0)]", data: "[1]"),
        detail: "a size in the shape of inputs[0] at byte 36 is no integer from 0, or too large")
}

private let datatypes = [
    ("plan", "INT64", "has the datatype INT64, expected BYTES"),
    ("plan", "BOOL", "has the datatype BOOL, expected BYTES"),
    ("id", "FP64", "has the datatype FP64, expected BYTES or an integer type"),
    ("count", "BYTES", "has the datatype BYTES, expected an integer type, FP32 or FP64"),
    ("count", "BOOL", "has the datatype BOOL, expected an integer type, FP32 or FP64"),
    ("amount", "FP16", "has the datatype FP16, expected an integer type, FP32 or FP64"),
    ("amount", "BF16", "has the datatype BF16, expected an integer type, FP32 or FP64"),
    ("amount", "fp64", "has an unknown datatype, expected an integer type, FP32 or FP64"),
    ("amount", "", "has an unknown datatype, expected an integer type, FP32 or FP64"),
].map { name, datatype, end in
    Refusal(Body.input(name, datatype, data: "[1]"), detail: "input \(name) \(end)")
}

private let elements = [
    ("INT64", "\"1\"", "that is not INT64"), ("INT64", "1.0", "that is not INT64"),
    ("INT64", "1e2", "that is not INT64"), ("INT64", "true", "that is not INT64"),
    ("FP64", "\"1\"", "that is not FP64"), ("FP64", "false", "that is not FP64"),
    ("FP64", "{\"a\":[1]}", "that is not FP64"), ("INT8", "128", "beyond INT8"),
    ("INT8", "-129", "beyond INT8"), ("UINT8", "256", "beyond UINT8"),
    ("UINT8", "-1", "beyond UINT8"), ("INT64", "9223372036854775808", "beyond INT64"),
    ("UINT64", "18446744073709551616", "beyond UINT64"),
].map { datatype, element, end in
    Refusal(
        Body.input("amount", datatype, shape: "[2]", data: "[1,\(element)]"),
        detail: "input amount has an element 1 \(end)")
}

private let data = [
    Refusal(
        Body.input("count", "INT8", shape: "[2]", data: "[1]"),
        detail: "input count has 1 elements, expected 2"),
    Refusal(
        Body.input("count", "INT8", shape: "[1,1]", data: "[1,2]"),
        detail: "input count has 2 elements, expected 1"),
    Refusal(
        Body.input("count", "INT8", shape: "[1]", data: "[[1]]"),
        detail: "input count has data in rows, expected none with its shape"),
    Refusal(
        Body.input("count", "INT8", shape: "[2,1]", data: "[[1],2]"),
        detail: "input count has data with and without rows, expected one of them"),
    Refusal(
        Body.input("count", "INT8", shape: "[2,1]", data: "[[1,2]]"),
        detail: "input count has not one element in row 0 of its data"),
    Refusal(
        Body.input("count", "INT8", shape: "[2,1]", data: "[[1],[]]"),
        detail: "input count has not one element in row 1 of its data"),
    Refusal(
        Body.input("count", "INT8", shape: "[1,1]", data: "[[[1]]]"),
        detail: "input count has an element 0 that is not INT8"),
    Refusal(
        Body.input("plan", "BYTES", data: "[1]"),
        detail: "input plan has an element 0 that is not BYTES"),
    Refusal(
        Body.input("plan", "BYTES", data: "\"basic\""),
        detail: "data of inputs[0] is a string at byte 64, expected an array"),
    Refusal(
        #"{"name":"plan","shape":[1],"datatype":"BYTES"}"#,
        detail: "input plan has neither data nor binary_data_size"),
    Refusal(
        #"{"name":"plan","shape":[1],"datatype":"BYTES","data":null}"#,
        detail: "input plan has neither data nor binary_data_size"),
    Refusal(
        #"{"name":"plan","shape":[1],"datatype":"BYTES","data":["basic"],"#
            + #""parameters":{"binary_data_size":9}}"#,
        binary: binaryText("basic"), detail: "input plan has both data and binary_data_size"),
    Refusal(
        #"{"name":"plan","shape":[1],"datatype":"BYTES","#
            + #""parameters":{"shared_memory_region":"r"}}"#,
        detail: "inputs[0] is in shared memory, expected data or binary data"),
]

private let inputs = [
    Refusal(json: "[]", detail: "the request is an array at byte 0, expected an object"),
    Refusal(json: "", detail: "The JSON cannot be read: ends too early, at byte 0"),
    Refusal(
        json: "{\"inputs\":[\(plan)]} x",
        detail: "The JSON cannot be read: something after the value at byte 77"),
    Refusal(
        json: "{\"inputs\":[\(plan)],\"inputs\":[]}",
        detail: "The JSON cannot be read: a name for the second time at byte 77"),
    Refusal(json: "{}", detail: "the request has no inputs, expected one for each field"),
    Refusal(
        json: #"{"inputs":[]}"#,
        detail: "the request has no inputs, expected one for each field"),
    Refusal(
        json: #"{"inputs":null}"#, detail: "inputs is null at byte 10, expected an array"),
    Refusal(
        json: #"{"inputs":[{"plan":1}]}"#, detail: "inputs[0] has no name"),
    Refusal(
        json: #"{"inputs":[7]}"#, detail: "inputs[0] is a number at byte 11, expected an object"),
    Refusal(
        #"{"name":7}"#, detail: "name of inputs[0] is a number at byte 19, expected a string"),
    Refusal(#"{"name":"plan"}"#, detail: "input plan has no datatype"),
    Refusal(#"{"name":"plan","datatype":"BYTES"}"#, detail: "input plan has no shape"),
    Refusal(
        plan, Body.input("cuont", "INT8", data: "[1]"),
        detail: "inputs[1] has a name that is not an input of this model; the nearest is count"),
    Refusal(
        Body.input("Alexander Bell", "INT8", data: "[1]"),
        detail: "inputs[0] has a name that is not an input of this model"),
    Refusal(plan, plan, detail: "inputs[1] is plan for the second time"),
    Refusal(
        plan, Body.input("count", "INT8", shape: "[2]", data: "[1,2]"),
        detail: "input count has 2 rows, expected 1 as input plan"),
    Refusal(
        json: "{\"id\":7,\"inputs\":[\(plan)]}",
        detail: "id is a number at byte 6, expected a string"),
    Refusal(
        json: "{\"parameters\":{\"binary_data_output\":1},\"inputs\":[\(plan)]}",
        detail: "binary_data_output is a number at byte 36, expected true or false"),
    Refusal(
        json: "{\"inputs\":[\(plan)],\"outputs\":[{\"name\":\"probability\"}]}",
        detail: "outputs[0] is not an output of this model, expected churn_probability, "
            + "churn_prediction, risk_level, customer_id"),
    Refusal(
        json: "{\"inputs\":[\(plan)],\"outputs\":[{}]}", detail: "outputs[0] has no name"),
    Refusal(
        json: "{\"inputs\":[\(plan)],\"outputs\":[{\"name\":\"risk_level\"},"
            + "{\"name\":\"risk_level\"}]}",
        detail: "outputs[1] is risk_level for the second time"),
    Refusal(
        json: "{\"inputs\":[\(plan)],\"outputs\":[{\"name\":\"risk_level\","
            + "\"parameters\":{\"classification\":2}}]}",
        detail: "outputs[0] asks for shared memory or a classification, "
            + "expected binary_data alone"),
]

private let binaries =
    [
        Refusal(
            Body.input("count", "INT64", shape: "[2]", binaryBytes: "15"),
            binary: Array(repeating: 0, count: 15),
            detail: "input count has 15 bytes of binary data, expected 16 for 2 of INT64"),
        Refusal(
            Body.input("count", "INT64", shape: "[1]", binaryBytes: "9"),
            binary: Array(repeating: 0, count: 9),
            detail: "input count has 9 bytes of binary data, expected 8 for 1 of INT64"),
        Refusal(
            Body.input("count", "INT64", binaryBytes: "8"), binary: Array(repeating: 0, count: 7),
            detail: "input count has a binary_data_size of 8, and 7 bytes of the body are left"),
        Refusal(
            Body.input("count", "INT64", binaryBytes: "8"), binary: Array(repeating: 0, count: 9),
            detail: "1 bytes follow the last input's binary data"),
        Refusal(plan, binary: [0], detail: "1 bytes follow the last input's binary data"),
        Refusal(
            Body.input("count", "INT64", binaryBytes: "-8"),
            detail: "binary_data_size of inputs[0] at byte 91 is no integer from 0, or too large"),
        Refusal(
            Body.input("count", "INT64", binaryBytes: "9999999999999999999999"),
            detail: "binary_data_size of inputs[0] at byte 91 is no integer from 0, or too large"),
        Refusal(
            Body.input("count", "INT64", binaryBytes: "999999999999999999"),
            detail: "input count has a binary_data_size of 999999999999999999, and 0 bytes of the "
                + "body are left"),
        Refusal(
            Body.input("plan", "BYTES", shape: "[2]", binaryBytes: "9"),
            binary: binaryText("basic"),
            detail: "input plan has 1 elements in its binary data, expected 2"),
        Refusal(
            Body.input("plan", "BYTES", shape: "[2]", binaryBytes: "12"),
            binary: binaryText("basic") + [0, 0, 0],
            detail: "input plan has 1 elements in its binary data, expected 2"),
        Refusal(
            Body.input("plan", "BYTES", binaryBytes: "10"), binary: binaryText("basic") + [0],
            detail: "input plan has 1 bytes of binary data after 1 elements"),
        Refusal(
            Body.input("plan", "BYTES", binaryBytes: "5"), binary: [0xFF, 0xFF, 0xFF, 0xFF, 0x41],
            detail: "input plan has an element 0 of 4294967295 bytes, and 1 bytes left in its "
                + "binary data"),
        Refusal(
            Body.input("plan", "BYTES", binaryBytes: "6"), binary: [2, 0, 0, 0, 0xC0, 0x80],
            detail: "input plan has an element 0 that is not UTF-8"),
    ]
    + [Double.nan, .infinity, -.infinity].map {
        Refusal(
            Body.input("amount", "FP64", shape: "[2]", binaryBytes: "16"),
            binary: littleEndian((1.0).bitPattern) + littleEndian($0.bitPattern),
            detail:
                "input amount has an element 1 that is not finite; a missing one is null in data")
    } + [
        Refusal(
            Body.input("amount", "FP32", binaryBytes: "4"),
            binary: littleEndian(Float.infinity.bitPattern),
            detail:
                "input amount has an element 0 that is not finite; a missing one is null in data")
    ]

@Suite struct OpenInferenceRefusalTests {
    @Test(arguments: shapes + sizes + datatypes + elements + data + inputs + binaries)
    fileprivate func `a request that is not one is refused with what was found`(refusal: Refusal) {
        #expect(
            Parcel.detail(Body(refusal.body, binary: refusal.binary)) == refusal.detail)
    }

    @Test(arguments: [("INT8", "-128"), ("INT8", "127"), ("UINT8", "255"), ("UINT8", "-0")])
    func `the limits of an integer type belong to it`(datatype: String, element: String) {
        #expect(
            Parcel.detail(Body(inputs: Body.input("count", datatype, data: "[\(element)]"))) == nil)
    }

    @Test func `a length of the JSON that is not this request's is named`() {
        let request = Body(inputs: plan)
        let count = request.bytes.count
        #expect(Parcel.detail(request, headerBytes: count) == nil)
        #expect(
            Parcel.detail(request, headerBytes: count + 1)
                == "Inference-Header-Content-Length is \(count + 1), and the body has "
                + "\(count) bytes")
        #expect(
            Parcel.detail(request, headerBytes: count - 1)
                == "The JSON, whose length is given as \(count - 1), cannot be read: "
                + "ends too early, at byte \(count - 1)")
        #expect(
            Parcel.detail(request, headerBytes: 0)
                == "Inference-Header-Content-Length is 0, as for a raw tensor; "
                + "expected the length of the JSON")
    }

    @Test func `JSON that nests too deep is refused`() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(
            Parcel.detail(Body("{\"x\":\(deep)}"))
                == "The JSON cannot be read: nested deeper than 16 at byte 20")
    }
}
