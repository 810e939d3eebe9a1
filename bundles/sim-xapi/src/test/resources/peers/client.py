"""Uses a pool through Python's own XML-RPC client: arguments are the URL, the certificate file and the machine's name."""

import http.client
import json
import os
import ssl
import sys
import urllib.parse
import xmlrpc.client

url, certificate, name = sys.argv[1:]
tls = ssl.create_default_context(cafile=certificate)
server = xmlrpc.client.ServerProxy(url + "/", context=tls)


def call(method, *parameters):
    answer = getattr(server, method)(*parameters)
    if answer["Status"] != "Success":
        raise RuntimeError(answer["ErrorDescription"])
    return answer["Value"]


def wait(task):
    token = ""
    while True:
        batch = call("event.from", session, ["task/" + task], token, 30.0)
        token = batch["token"]
        for event in batch["events"]:
            record = event.get("snapshot", {})
            if record.get("status") == "success":
                call("task.destroy", session, task)
                return record["result"].replace("<value>", "").replace("</value>", "")
            if record.get("status", "pending") != "pending":
                raise RuntimeError(record["error_info"])


def transfer(method, path, query, body=None):
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPSConnection(place.hostname, place.port, context=tls)
    query["session_id"] = session
    connection.request(method, path + "?" + urllib.parse.urlencode(query), body)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {content[:200]}")
    return content


try:
    call("session.login_with_password", "root", "not " + os.environ["SIM_PASSWORD"], "1.0", "python")
    raise SystemExit("a wrong password was taken")
except RuntimeError as e:
    assert e.args[0][0] == "SESSION_AUTHENTICATION_FAILED", e

session = call("session.login_with_password", "root", os.environ["SIM_PASSWORD"], "1.0", "python")
records = 0
for method in server.system.listMethods():
    if method.endswith(".get_all_records") and not method.startswith("Async."):
        records += len(call(method, session))

token = call("event.from", session, ["*"], "", 1.0)["token"]
vm = call("VM.get_by_name_label", session, name)[0]
call("VM.add_to_other_config", session, vm, "python", "was here")
seen = call("event.from", session, ["vm"], token, 30.0)["events"]
assert any(e["ref"] == vm and e["snapshot"]["other_config"]["python"] == "was here" for e in seen), seen

vdi = call("VBD.get_VDI", session, call("VM.get_VBDs", session, vm)[0])
size = int(call("VDI.get_virtual_size", session, vdi))
call("VDI.enable_cbt", session, vdi)
first = wait(call("Async.VM.snapshot", session, vm, "first", []))
base = call("VBD.get_VDI", session, call("VM.get_VBDs", session, first)[0])
print("write", call("VDI.get_uuid", session, vdi), flush=True)
sys.stdin.readline()
second = wait(call("Async.VM.snapshot", session, vm, "second", []))
target = call("VBD.get_VDI", session, call("VM.get_VBDs", session, second)[0])
bitmap = call("VDI.list_changed_blocks", session, base, target)

stream = transfer("GET", "/export_raw_vdi", {"vdi": target, "format": "vhd"})
copy = call("VDI.create", session, {
    "name_label": "copy", "name_description": "", "SR": call("VDI.get_SR", session, vdi), "virtual_size": str(size),
    "type": "user", "sharable": False, "read_only": False, "other_config": {}, "xenstore_data": {}, "sm_config": {},
    "tags": []})
task = call("task.create", session, "import", "")
transfer("PUT", "/import_raw_vdi", {"vdi": copy, "format": "vhd", "task_id": task}, stream)
wait(task)
print(json.dumps({
    "records": records, "bitmap": bitmap, "imported": call("VDI.get_uuid", session, copy),
    "exported": call("VDI.get_uuid", session, target)}), flush=True)
for snapshot in (first, second):
    disks = [call("VBD.get_VDI", session, vbd) for vbd in call("VM.get_VBDs", session, snapshot)]
    call("VM.destroy", session, snapshot)
    for disk in disks:
        call("VDI.destroy", session, disk)
call("session.logout", session)
