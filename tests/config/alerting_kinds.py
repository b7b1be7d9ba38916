"""Kinds of channels as a package might bring them, for what monitor.yaml says of channels."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from monitor.config.channels import ChannelKinds


class Slack(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: SecretStr = Field(description="The bot token (xoxb-...).")
    channel: str = Field(description="Where.", examples=['"#vendor-drift"'])
    retries: int = Field(3, ge=0, le=9, description="From 0 to 9.")

    @field_validator("token")
    @classmethod
    def _bot(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith("xoxb-"):
            raise ValueError("is no bot token")
        return token

    @field_validator("channel")
    @classmethod
    def _talkative(cls, channel: str) -> str:
        if not channel.startswith("#"):
            raise ValueError(f"{channel} is no channel")
        return channel


class Email(BaseModel):
    model_config = ConfigDict(extra="forbid")

    host: str = Field(description="The SMTP server.")
    port: int = Field(587, description="Its port.")
    security: Literal["starttls", "tls"] = Field("starttls", description="How it is secured.")
    user: str = Field("", description="Who logs in.")
    password: SecretStr | None = Field(None, description="With what.")

    @model_validator(mode="after")
    def _both(self) -> Email:
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together")
        return self


_MODELS: Final[dict[str, type[BaseModel]]] = {"slack": Slack, "email": Email}
KINDS: Final = ChannelKinds(lambda: ("email", "slack", "broken"), _MODELS.__getitem__)
