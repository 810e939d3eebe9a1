package io.doppel.sim.xapi.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A call as it came.
 *
 * @param id JSON-RPC's id; null in XML-RPC
 * @param version JSON-RPC's version: {@code 2.0}, or {@code 1.0} when none was given
 */
record WireCall(String method, List<Object> parameters, JsonNode id, String version) {}
