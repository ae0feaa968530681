//! Android's hardware, asked by JNI without Tauri: a background worker has no screen and no Tauri, and needs the same
//! keys. Kotlin's `Phone` (android/…/Phone.kt) answers; it hands itself over once in each process, by [`attach`].

use std::sync::{Arc, OnceLock};

use jni::{
    JNIEnv, JavaVM,
    objects::{GlobalRef, JByteArray, JClass, JObject, JString, JValue},
};
use kandas_app::platform::LinkKind;

use crate::{
    DeviceError,
    hardware::{Hardware, Offers, notice},
};

static PHONE: OnceLock<Arc<Android>> = OnceLock::new();

/// Keystore, boot and link of this phone, once Kotlin has handed them over.
///
/// # Errors
/// When it has not.
pub fn hardware() -> Result<Arc<dyn Hardware>, DeviceError> {
    let phone = PHONE.get().ok_or_else(|| DeviceError::System("the Kotlin half did not come".to_owned()))?;
    Ok(Arc::clone(phone) as Arc<dyn Hardware>)
}

/// `Native.attach(Phone)` of Kotlin.
#[expect(unsafe_code, reason = "Java finds native functions by their exported names")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_kz_kandas_device_Native_attach(
    env: JNIEnv<'_>,
    _class: JClass<'_>,
    phone: JObject<'_>,
) {
    let (Ok(vm), Ok(object)) = (env.get_java_vm(), env.new_global_ref(phone)) else { return };
    // The first one serves the whole process; both are made from the same application.
    let _ = PHONE.set(Arc::new(Android { vm, object }));
}

struct Android {
    vm: JavaVM,
    object: GlobalRef,
}

impl Android {
    /// A method that takes nothing or bytes and answers bytes; null is `None`.
    fn bytes(&self, method: &str, with: Option<&[u8]>) -> Result<Option<Vec<u8>>, DeviceError> {
        self.with(|env| {
            let answer = match with {
                None => env.call_method(&self.object, method, "()[B", &[])?,
                Some(bytes) => {
                    let bytes = env.byte_array_from_slice(bytes)?;
                    env.call_method(&self.object, method, "([B)[B", &[JValue::Object(&bytes)])?
                }
            };
            let object = answer.l()?;
            if object.is_null() {
                return Ok(None);
            }
            env.convert_byte_array(JByteArray::from(object)).map(Some)
        })
    }

    fn some(&self, method: &str, with: Option<&[u8]>) -> Result<Vec<u8>, DeviceError> {
        self.bytes(method, with)?.ok_or_else(|| DeviceError::System("the key is gone".to_owned()))
    }

    fn text(&self, method: &str) -> Result<String, DeviceError> {
        self.with(|env| {
            let text = env.call_method(&self.object, method, "()Ljava/lang/String;", &[])?.l()?;
            Ok(env.get_string(&JString::from(text))?.into())
        })
    }

    fn with<T>(&self, ask: impl FnOnce(&mut JNIEnv<'_>) -> jni::errors::Result<T>) -> Result<T, DeviceError> {
        let mut env = self.vm.attach_current_thread().map_err(said)?;
        // What Java made for this call goes with it: the thread may live long.
        let answer = env.with_local_frame(8, |env| {
            let answer = ask(env);
            if env.exception_check().unwrap_or(false) {
                let thrown = env.exception_occurred();
                // Nothing may be asked of Java while an exception waits.
                let _ = env.exception_clear();
                let text = thrown.and_then(|thrown| {
                    let text = env.call_method(&thrown, "toString", "()Ljava/lang/String;", &[])?.l()?;
                    Ok(String::from(env.get_string(&JString::from(text))?))
                });
                return Ok(Err(text.unwrap_or_else(|error| error.to_string())));
            }
            answer.map(Ok)
        });
        answer.map_err(|error: jni::errors::Error| said(error))?.map_err(DeviceError::System)
    }
}

fn said(error: impl std::fmt::Display) -> DeviceError {
    DeviceError::System(error.to_string())
}

impl Hardware for Android {
    fn device_key(&self) -> Result<Vec<u8>, DeviceError> {
        self.some("deviceKey", None)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DeviceError> {
        self.some("sign", Some(message))
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, DeviceError> {
        self.some("wrap", Some(secret))
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Option<Vec<u8>>, DeviceError> {
        self.bytes("unwrap", Some(wrapped))
    }

    fn destroy(&self) -> Result<(), DeviceError> {
        self.bytes("destroyKeys", None).map(drop)
    }

    fn boot(&self) -> String {
        self.text("boot").unwrap_or_else(|error| {
            tracing::warn!(%error, "the system does not name its boots");
            String::new()
        })
    }

    fn link(&self) -> LinkKind {
        match self.text("link").as_deref() {
            Ok("none") => LinkKind::Offline,
            Ok("unmetered") => LinkKind::Unmetered,
            // Not known: nothing large goes over it.
            _ => LinkKind::Metered,
        }
    }

    fn name(&self) -> String {
        self.text("name").unwrap_or_else(|_| "Android".to_owned())
    }

    fn notify(&self, kind: &str, title: &str, text: &str) -> Result<(), DeviceError> {
        self.bytes("notify", Some(&notice(kind, title, text))).map(drop)
    }

    fn offers(&self) -> Offers {
        self.text("offers").map(|words| Offers::read(&words)).unwrap_or_else(|error| {
            tracing::warn!(%error, "the system does not say what it has");
            Offers::default()
        })
    }
}
