"""The virtual reader's line to the simulator: asynchronous, one question at a time."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QTimer, QUrl, QUrlQuery, Signal, Slot
from PySide6.QtNetwork import (
    QNetworkAccessManager,
    QNetworkProxy,
    QNetworkReply,
    QNetworkRequest,
)

POLL_MS = 300
_PATIENCE_MS = 2_000
_OK, _NOT_NOW = 200, 409


class ReaderLink(QObject):
    """Asks for the reader's state every 300 ms and passes on what hands do."""

    changed = Signal(object)
    """The state as a dict, or None while the simulator does not answer."""
    refused = Signal(str)

    def __init__(self, url: str, token: str, reader: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._url, self._token, self._reader = url, token, reader
        self._asking: QNetworkReply | None = None
        self._network = QNetworkAccessManager(self)
        self._network.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
        self._network.finished.connect(self._answered)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.ask)
        self._timer.start()

    @Slot()
    def ask(self) -> None:
        """Ask for the state, unless the last question is still open."""
        if self._asking is not None:
            return
        query = QUrlQuery()
        query.addQueryItem("reader", self._reader)
        self._asking = self._network.get(self._request("reader", query))

    def act(self, hand: str, given: dict[str, Any]) -> None:
        """Do something at the reader: ``present``, ``power`` and so on."""
        request = self._request(f"reader/{hand}")
        request.setHeader(QNetworkRequest.KnownHeaders.ContentTypeHeader, "application/json")
        body = json.dumps({"reader": self._reader, **given}).encode()
        self._network.post(request, QByteArray(body))

    def stop(self) -> None:
        """Ask no more."""
        self._timer.stop()

    def _request(self, name: str, query: QUrlQuery | None = None) -> QNetworkRequest:
        url = QUrl(f"{self._url}/_sim/{name}")
        if query is not None:
            url.setQuery(query)
        request = QNetworkRequest(url)
        request.setRawHeader(b"Authorization", f"Bearer {self._token}".encode())
        request.setTransferTimeout(_PATIENCE_MS)
        return request

    @Slot(QNetworkReply)
    def _answered(self, reply: QNetworkReply) -> None:
        if reply is self._asking:
            self._asking = None
        status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        told = _decoded(bytes(reply.readAll().data()))
        reply.deleteLater()
        if status == _OK and told is not None:
            self.changed.emit(told)
        elif status == _NOT_NOW and told is not None:
            self.refused.emit(str(told.get("error", "")))
        else:
            self.changed.emit(None)


def _decoded(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
