"""Uploads one file with tuspy, as somebody else's program would.

Ends with 0 when the file is there, with 3 when the connection was lost (run it again with the same --memory and it
goes on), with 4 when the server refuses. tuspy sends an empty Upload-Metadata when there is none.
"""

import argparse
import json
import os
import sys

from tusclient import client
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.storage import filestorage


def main():
    line = argparse.ArgumentParser()
    line.add_argument("--endpoint", required=True)
    line.add_argument("--file", required=True)
    line.add_argument("--memory", required=True)
    line.add_argument("--retries", type=int, default=0)
    line.add_argument("--checksums", action="store_true")
    asked = line.parse_args()

    told = {"resumed": False, "requests": 0}

    def end(code, **said):
        print(json.dumps({**told, **said}, separators=(",", ":")))
        sys.exit(code)

    server = client.TusClient(
        asked.endpoint, headers={"Authorization": "Bearer " + os.environ["KANDAS_TOKEN"]}
    )
    # A piece with a checksum is kept whole or not at all: it must fit between two cuts.
    piece = 150_000 if asked.checksums else 1_000_000
    left = asked.retries
    while True:
        try:
            storage = filestorage.FileStorage(asked.memory)
            uploader = server.uploader(
                asked.file,
                chunk_size=piece,
                retries=0,
                store_url=True,
                url_storage=storage,
                upload_checksum=asked.checksums,
            )
            told["resumed"] = told["resumed"] or uploader.offset > 0
            told["requests"] += 1
            uploader.upload()
            end(0)
        except (TusCommunicationError, TusUploadFailed) as error:
            # Without a status nobody answered.
            status = error.status_code
            if status is not None and status not in (409, 423) and status < 500:
                end(4, status=status, error=str(error)[:300])
            if left == 0:
                end(3, status=status, error=str(error)[:300])
            left -= 1


main()
